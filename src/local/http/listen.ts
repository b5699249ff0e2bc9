import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server on loopback needs. */
export interface ListenOptions {
  /** 0 takes any that is free. */
  port: number;
  /** The flag of `npm start` that chooses the port, for the error when it is taken. */
  flag: '--port' | '--http-port';
  /** Answers a request. Must not reject. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** A running server on loopback. */
export interface Listener {
  /** e.g. `http://127.0.0.1:4566`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, waits for the answers to what has arrived whole, and ends every connection. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Serves HTTP on loopback only. Rejects if the port is taken. */
export async function listen({ port, flag, answer }: ListenOptions): Promise<Listener> {
  const answering = new Map<IncomingMessage, Promise<unknown>>();
  const server = createServer((request, response) => {
    const sent = new Promise((resolve) => response.once('close', resolve));
    const done = Promise.all([answer(request, response), sent]);
    answering.set(
      request,
      done.finally(() => answering.delete(request)),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return failed(error);
      const message = `Port ${port} on ${HOST} is in use. Stop what uses it, or choose another with ${flag} <number>.`;
      failed(new Error(message, { cause: error }));
    });
    server.listen(port, HOST, listening);
  });
  const { port: taken } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // Nobody waits for a client that is still sending.
    for (const request of answering.keys()) if (!request.complete) request.destroy();
    while (answering.size > 0) await Promise.all(answering.values());
    // Clients hold connections open, and some have not even sent a request on theirs.
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${HOST}:${taken}`, port: taken, close };
}
