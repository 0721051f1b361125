/** Binding the port, with the errors people meet (taken, forbidden, no such address) in words. */
import type { Server } from 'node:http'
import { Fault } from '../../platform/fault.ts'

export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; readonly url: string }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Fault('unavailable', sentence(error, host, port), { cause: error })))
    server.listen({ host, port }, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return { port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` }
}

function sentence(error: Error, host: string, port: number): string {
  const code = Reflect.get(error, 'code')
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken. Stop the other program, or set PORT to a free one.`
  if (code === 'EACCES') return `Port ${port} may not be opened by this user. Set PORT to one above 1023.`
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine. Set HOST to 127.0.0.1 or 0.0.0.0.`
  return `The server cannot listen on ${host}:${port}: ${error.message}.`
}
