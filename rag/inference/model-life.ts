/**
 * One life of a process with a model in it, from its start to its end: it loads, then does one job at a time. A process and
 * not a thread: native code that fails, or a thread ended in the middle of a run, would take everything down with it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'

export interface ModelLifeOptions<Properties, Answer> {
  /** Is sent {settings}; says progress while it loads, then ready or failed; answers {id, job} with {id, answer} or {id, error}. */
  readonly script: URL
  readonly settings: unknown
  /** For error sentences: "The model 'x'". */
  readonly title: string
  readonly properties: z.ZodType<Properties>
  readonly answer: z.ZodType<Answer>
  /** What a failed load means, in a sentence for people. */
  readonly explain: (failure: LoadFailure) => Fault
  /** Longest wait for one job. */
  readonly patienceMs: number
  /** Longest wait for a sign of life while loading. */
  readonly loadPatienceMs: number
}

export interface LoadFailure {
  readonly kind: string
  readonly message: string
}

export interface ModelLife<Job, Properties, Answer> {
  /** Rejects with the fault of a failed load. */
  readonly ready: Promise<Properties>
  /** One at a time, after `ready`. Rejects with ProcessDied, or with `unavailable` when this job failed. */
  run(job: Job): Promise<Answer>
  /** An idle process does not keep this one alive. */
  idle(yes: boolean): void
  end(): Promise<void>
}

/** The process ended in the middle of a job. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied'
}

const said = z.union([
  z.object({ progress: z.literal(true) }),
  z.object({ ready: z.unknown() }),
  z.object({ failed: z.object({ kind: z.string(), message: z.string() }) }),
  z.object({ id: z.number(), error: z.string() }),
  z.object({ id: z.number(), answer: z.unknown() }),
])
type Said = z.infer<typeof said>

/** `onEnd` is called once, when the process is gone and another may be started. */
export function startModel<Job, Properties, Answer>(
  { script, settings, title, properties, answer, explain, patienceMs, loadPatienceMs }: ModelLifeOptions<Properties, Answer>,
  onEnd: () => void,
): ModelLife<Job, Properties, Answer> {
  const { child, lastWords } = startProcess(script, settings)
  const loading = Promise.withResolvers<Properties>()
  loading.promise.catch(() => undefined)
  let job: { readonly id: number; readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void } | undefined
  let ids = 0
  let ended = false

  const end = (fault: Error): void => {
    patience.stop()
    loading.reject(fault instanceof ProcessDied ? new Fault('unavailable', `${title} stopped while loading: ${fault.message}.`) : fault)
    job?.reject(fault)
    job = undefined
    if (!ended) onEnd()
    ended = true
    child.kill('SIGKILL')
  }
  const patience = startPatience(loadPatienceMs, (ms) => {
    const failing = job ? 'did not finish' : 'gave no sign of life while loading'
    end(new Fault('unavailable', `${title} ${failing} within ${ms / 1000} s.`))
  })
  const finish = (message: Extract<Said, { id: number }>): void => {
    if (job?.id !== message.id) return
    const { resolve, reject } = job
    job = undefined
    if ('error' in message) reject(new Fault('unavailable', `${title} failed on these texts.`, { cause: new Error(message.error) }))
    else resolve(answer.parse(message.answer))
  }
  child.on('error', (error) => end(new ProcessDied(error.message)))
  child.on('exit', (code, signal) => end(new ProcessDied(`${signal ?? `exit code ${code}`}${lastWords()}`)))
  child.on('message', (raw: unknown) => {
    const message = said.parse(raw)
    if ('progress' in message) return patience.renew(loadPatienceMs)
    patience.stop()
    if ('failed' in message) end(explain(message.failed))
    else if ('ready' in message) loading.resolve(properties.parse(message.ready))
    else finish(message)
  })
  return {
    ready: loading.promise,
    run: (work) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new ProcessDied('it had ended'))
        job = { id: ++ids, resolve, reject }
        patience.renew(patienceMs)
        child.send({ id: ids, job: work })
      }),
    idle: (yes) => {
      for (const handle of [child, child.channel]) yes ? handle?.unref() : handle?.ref()
    },
    end: async () => {
      child.ref()
      end(new Fault('unavailable', `${title} is closed.`))
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** What it prints goes nowhere, since standard output may carry a protocol; its last complaint is kept. */
function startProcess(script: URL, settings: unknown): { readonly child: ChildProcess; readonly lastWords: () => string } {
  const child = fork(script, [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000)
  })
  if (child.stderr instanceof Socket) child.stderr.unref()
  child.send({ settings })
  return { child, lastWords: () => /^\w*Error.*$/m.exec(complaint)?.[0]?.replace(/^/, ': ').slice(0, 300) ?? '' }
}

function startPatience(first: number, onEnd: (ms: number) => void): { renew(ms: number): void; stop(): void } {
  let timer = setTimeout(onEnd, first, first)
  return {
    renew: (ms) => {
      clearTimeout(timer)
      timer = setTimeout(onEnd, ms, ms)
    },
    stop: () => clearTimeout(timer),
  }
}
