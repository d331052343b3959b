import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { loadConsole } from './files.ts';

it('the page is built from the sources, names its files, and asks for nothing from elsewhere', {
  timeout: 60_000,
}, async () => {
  const files = await loadConsole();
  const page = files.get('/')!;
  expect(page).toMatchObject({ mediaType: 'text/html; charset=utf-8', immutable: false });
  const html = page.body.toString();
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  expect(named).toHaveLength(3);
  for (const path of named) {
    expect(files.get(path)?.immutable, path).toBe(true);
    expect(gunzipSync(files.get(path)!.gzipped)).toEqual(files.get(path)!.body);
  }
  // A strict Content-Security-Policy refuses these.
  expect(html).not.toMatch(/<script>|style=|onload|https?:/);
  const script = files.get(named.find((path) => path.endsWith('.js'))!)!;
  expect(script.gzipped.length).toBeLessThan(120_000);
  expect(await loadConsole()).toBe(files);
});
