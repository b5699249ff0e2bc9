import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian and others put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium on this machine; undefined where there is none. */
export const chromiumPath: string | undefined = PLACES.find((path) => existsSync(path));

/** Why tests with a browser are skipped, e.g. in their names; undefined if there is one. */
export const browserMissing: string | undefined =
  chromiumPath === undefined
    ? 'skipped: Chromium is not installed here (apt-get install chromium)'
    : undefined;

/** A browser without a window. `evil.example` leads to this machine, as a name that was bound anew does. */
export function launchBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(browserMissing);
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP evil.example 127.0.0.1'],
  });
}

/** What axe calls serious or critical on the page as it is now, e.g. `color-contrast: .chip`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; impact?: string; nodes: { target: string[] }[] }[] }>;
        };
      }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}
