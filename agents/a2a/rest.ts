/** The HTTP+JSON binding: paths and queries as the parameters of the operations. */

export interface RestRequest {
  readonly method: string
  /** Below the binding's address, with its first slash: "/tasks/x:cancel". */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

export interface RestCall {
  readonly operation: string
  readonly params: unknown
}

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly operation: string
  readonly params: (request: RestRequest, ids: readonly string[]) => unknown
}

const id = '([^/:]+)'

const routes: readonly Route[] = [
  { method: 'POST', path: /^\/message:send$/, operation: 'SendMessage', params: ({ body }) => body },
  { method: 'POST', path: /^\/message:stream$/, operation: 'SendStreamingMessage', params: ({ body }) => body },
  { method: 'GET', path: /^\/tasks$/, operation: 'ListTasks', params: ({ query }) => listParams(query) },
  {
    method: 'GET',
    path: new RegExp(`^/tasks/${id}$`),
    operation: 'GetTask',
    params: ({ query }, [task]) => ({ id: task, ...numbers(query, ['historyLength']) }),
  },
  { method: 'POST', path: new RegExp(`^/tasks/${id}:cancel$`), operation: 'CancelTask', params: (_, [task]) => ({ id: task }) },
  { method: 'GET', path: new RegExp(`^/tasks/${id}:subscribe$`), operation: 'SubscribeToTask', params: (_, [task]) => ({ id: task }) },
  { method: 'POST', path: new RegExp(`^/tasks/${id}:subscribe$`), operation: 'SubscribeToTask', params: (_, [task]) => ({ id: task }) },
  {
    method: 'POST',
    path: new RegExp(`^/tasks/${id}/pushNotificationConfigs$`),
    operation: 'CreateTaskPushNotificationConfig',
    params: ({ body }, [task]) => (typeof body === 'object' && body !== null ? { ...body, taskId: task } : body),
  },
  {
    method: 'GET',
    path: new RegExp(`^/tasks/${id}/pushNotificationConfigs$`),
    operation: 'ListTaskPushNotificationConfigs',
    params: (_, [task]) => ({ taskId: task }),
  },
  {
    method: 'GET',
    path: new RegExp(`^/tasks/${id}/pushNotificationConfigs/${id}$`),
    operation: 'GetTaskPushNotificationConfig',
    params: (_, [task, config]) => ({ taskId: task, id: config }),
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/tasks/${id}/pushNotificationConfigs/${id}$`),
    operation: 'DeleteTaskPushNotificationConfig',
    params: (_, [task, config]) => ({ taskId: task, id: config }),
  },
  { method: 'GET', path: /^\/extendedAgentCard$/, operation: 'GetExtendedAgentCard', params: () => ({}) },
]

/** `undefined`: there is no such path; a string: it has other methods. */
export function restCall(request: RestRequest): RestCall | string | undefined {
  const fitting = routes.filter(({ path }) => path.test(request.path))
  const route = fitting.find(({ method }) => method === request.method)
  if (route === undefined) return fitting.length === 0 ? undefined : fitting.map(({ method }) => method).join(', ')
  const ids = (route.path.exec(request.path) ?? []).slice(1).map(decoded)
  return { operation: route.operation, params: route.params(request, ids) }
}

/** What cannot be decoded names nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}

function listParams(query: URLSearchParams): unknown {
  const status = query.get('status')
  const include = query.get('includeArtifacts')
  return {
    ...texts(query, ['contextId', 'pageToken', 'statusTimestampAfter']),
    ...numbers(query, ['pageSize', 'historyLength']),
    ...(status === null || status === '' ? {} : { status: /^\d+$/.test(status) ? Number(status) : status }),
    ...(include === null ? {} : { includeArtifacts: include === 'true' }),
  }
}

const texts = (query: URLSearchParams, names: readonly string[]): object =>
  Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])))

/** What is no number stays text, and is refused as such. */
const numbers = (query: URLSearchParams, names: readonly string[]): object =>
  Object.fromEntries(
    names.flatMap((name) => {
      const text = query.get(name)
      return text === null || text === '' ? [] : [[name, /^-?\d+$/.test(text) ? Number(text) : text]]
    }),
  )
