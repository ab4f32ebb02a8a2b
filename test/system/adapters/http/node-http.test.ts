import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { NodeHttp } from '../../../../system/adapters/http/node-http.ts';
import { FileStore } from '../../../../system/adapters/store/file-store.ts';
import type { HttpHandler, HttpRequest, HttpServer } from '../../../../system/ports/http.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const http = new NodeHttp({ host: '127.0.0.1', maxBodyBytes: 100_000 });
const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', () => resolve()));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function serve(handler: HttpHandler): Promise<string> {
  const port = await freePort();
  servers.push(http.serve(port, handler));
  return `127.0.0.1:${port}`;
}

const get: HttpRequest = { method: 'GET', path: '/a?b=c', headers: { authorization: 'Bearer x' }, body: '' };

/** What a server says to these bytes, until it closes. */
async function raw(authority: string, text: string, thenEnd = true): Promise<string> {
  const [host = '', port] = authority.split(':');
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(port), host);
    let heard = '';
    socket.on('data', (data) => (heard += data.toString()));
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
    socket.write(text);
    if (thenEnd) socket.end();
  });
}

describe('NodeHttp', () => {
  test('carries method, path, headers and body there, status and body back', async () => {
    const seen: HttpRequest[] = [];
    const authority = await serve((request) => {
      seen.push(request);
      return Promise.resolve({ status: 409, body: '{"error":"ü"}' });
    });
    const post: HttpRequest = { ...get, method: 'POST', body: '{"tools":["T1"]}' };
    expect(await http.request(authority, post, 5000)).toEqual({ status: 409, body: '{"error":"ü"}' });
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/a?b=c', body: post.body });
    expect(seen[0]?.headers['authorization']).toBe('Bearer x');
  });

  test('304 has no body', async () => {
    const authority = await serve(() => Promise.resolve({ status: 304, body: '' }));
    expect(await http.request(authority, get, 5000)).toEqual({ status: 304, body: '' });
  });

  test('nobody there: connection-refused; no answer: timeout; cut in the middle: disconnected', async () => {
    const refused = http.request(`127.0.0.1:${await freePort()}`, get, 5000);
    await expect(refused).rejects.toMatchObject({ code: 'connection-refused' });
    const silent = await serve(() => new Promise(() => undefined));
    await expect(http.request(silent, get, 50)).rejects.toMatchObject({ code: 'timeout' });
    const port = await freePort();
    const cutting = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => cutting.listen(port, '127.0.0.1', () => resolve()));
    await expect(http.request(`127.0.0.1:${port}`, get, 5000)).rejects.toMatchObject({
      code: 'disconnected',
    });
    await new Promise((resolve) => cutting.close(resolve));
  });

  test('a body that is too large is answered 413, a method it does not know 405', async () => {
    const authority = await serve(() => Promise.resolve({ status: 200, body: '{}' }));
    const large = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n${'x'.repeat(150_000)}`;
    expect(await raw(authority, large)).toMatch(/^HTTP\/1\.1 413 [^]*too-large/);
    expect(await raw(authority, 'PATCH / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/ 405 /);
  });

  test('a body that ends too soon reaches nobody, and a handler that throws ends nothing', async () => {
    let calls = 0;
    const authority = await serve(() => {
      calls += 1;
      return Promise.reject(new Error('broken'));
    });
    await raw(authority, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{"tools":');
    expect(calls).toBe(0);
    expect(await http.request(authority, get, 5000)).toMatchObject({ status: 500 });
    expect(calls).toBe(1);
  });
});

describe('FileStore', () => {
  test('keeps what was saved last, over lives; a missing key is undefined; a bad one is invalid', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-'));
    try {
      const store = new FileStore(join(folder, 'new'));
      expect(await store.load('routing-management')).toBeUndefined();
      await store.save('routing-management', '{"a":1}');
      await Promise.all(['2', '3', '4'].map((text) => store.save('other', text)));
      await store.save('routing-management', '{"a":2}');
      const again = new FileStore(join(folder, 'new'));
      expect(await again.load('routing-management')).toBe('{"a":2}');
      expect(['2', '3', '4']).toContain(await again.load('other'));
      await expect(store.save('../x', '')).rejects.toMatchObject({ code: 'invalid' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a folder that cannot be written is unavailable', async () => {
    await expect(new FileStore('/dev/null/store').save('a', 'b')).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
