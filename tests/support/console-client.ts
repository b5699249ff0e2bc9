/** A console as a program that was let in sees it. */
export interface ConsoleClient {
  /** Where the page lies. */
  base: URL;
  cookie: string;
  get<Answer>(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
}

/** Uses the link, which is good for one use. */
export async function enterConsole(link: string): Promise<ConsoleClient> {
  const entered = await fetch(link, { redirect: 'manual' });
  const [cookie = ''] = String(entered.headers.get('set-cookie')).split(';');
  const base = new URL(String(entered.headers.get('location')), link);
  const api = (path: string) => new URL(`api/${path}`, base);
  return {
    base,
    cookie,
    get: async <Answer>(path: string) =>
      (await (await fetch(api(path), { headers: { cookie } })).json()) as Answer,
    post: async (path, body) => {
      const headers = { cookie, origin: base.origin, 'content-type': 'application/json' };
      const answer = await fetch(api(path), { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
  };
}
