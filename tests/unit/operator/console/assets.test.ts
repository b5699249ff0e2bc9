import { bundleAssets } from '../../../../src/operator/console/assets.ts';

/** What a page may weigh, compressed: no framework heavier than the job. */
const MOST_BYTES = 150 * 1_024;

test('the page weighs less than 150 KB of JavaScript, compressed, and brings nothing from elsewhere', async () => {
  const assets = await bundleAssets();
  expect([...assets.keys()].sort()).toEqual(['', 'app.css', 'app.js', 'icon.svg', 'theme.js']);
  const scripts = [...assets].filter(([name]) => name.endsWith('.js'));
  const weight = scripts.reduce((sum, [, { gzipped }]) => sum + gzipped.length, 0);
  expect(weight).toBeGreaterThan(10_000);
  expect(weight).toBeLessThan(MOST_BYTES);
  const html = String(assets.get('')?.body);
  // The policy of the page lets no inline script or style run.
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  for (const { body } of assets.values())
    expect(String(body).replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /(?:src|href)=["']https?:|@import|\beval\(/,
    );
});
