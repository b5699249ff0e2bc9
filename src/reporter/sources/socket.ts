import { rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { dirname } from 'node:path';
import type { Source } from '../reporter.ts';
import { makeFolder } from '../token-file.ts';

export interface SocketOptions {
  /** Of the Unix socket. */
  path: string;
  /** What `GET /status` answers. */
  status(): Record<string, unknown>;
  say(line: string): void;
}

/** `POST /touch` on a Unix socket that only this user can reach: hooks of shells, git servers, editors. */
export class SocketSource implements Source {
  private readonly options: SocketOptions;
  private server: Server | undefined;

  constructor(options: SocketOptions) {
    this.options = options;
  }

  start(touch: (at?: number) => void): void {
    const { path, status, say } = this.options;
    this.server = createServer((asked, answer) => {
      asked.resume();
      if (asked.method === 'POST' && asked.url === '/touch') {
        touch();
        answer.writeHead(204).end();
      } else if (asked.method === 'GET' && asked.url === '/status') {
        answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(status()));
      } else {
        answer.writeHead(404, { 'content-type': 'application/json' });
        answer.end('{"error":"POST /touch and GET /status are all there is"}\n');
      }
    });
    this.server.on('error', (error) =>
      say(`the socket ${path} cannot be opened, it is off: ${error.message}`),
    );
    try {
      makeFolder(dirname(path));
      // Whoever was here before has left its socket behind.
      rmSync(path, { force: true });
      this.server.listen(path);
      this.server.unref();
    } catch (error) {
      say(`the socket ${path} cannot be opened, it is off: ${(error as Error).message}`);
    }
  }

  stop(): void {
    this.server?.close();
    this.server?.closeAllConnections();
    try {
      rmSync(this.options.path, { force: true });
    } catch {
      // It was never ours.
    }
  }

  /** Resolves when it can be called. For tests. */
  async listening(): Promise<void> {
    const { server } = this;
    if (server && !server.listening) await new Promise((resolve) => server.once('listening', resolve));
  }
}

/** Calls `POST /touch` of the reporter at this socket. Rejects if there is none. */
export function touchThrough(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path: '/touch', method: 'POST', timeout: 2_000 }, (answer) => {
      answer.resume();
      if (answer.statusCode === 204) resolve();
      else reject(new Error(`the reporter at ${socketPath} answers ${answer.statusCode}, expected 204`));
    });
    asking.on('timeout', () => asking.destroy(new Error(`the reporter at ${socketPath} does not answer`)));
    asking.on('error', reject);
    asking.end();
  });
}
