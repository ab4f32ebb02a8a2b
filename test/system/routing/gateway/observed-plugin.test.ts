import { describe, expect, test } from 'vitest';
import type { Colour } from '../../../../system/ports/colour.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { HttpResponse } from '../../../../system/ports/http.ts';
import {
  ObservedPlugin,
  observedPluginSettings,
} from '../../../../system/routing/gateway/observed-plugin.ts';
import { FakeWorld } from '../fakes/world.ts';

const list = (...tools: string[]): HttpResponse => ({ status: 200, body: JSON.stringify({ tools }) });

/** The plugin with a Management that answers what a test says, and counts. */
class Bench {
  readonly world = new FakeWorld();
  answer: HttpResponse | undefined = list('T1');
  fetches = 0;
  readonly #plugin: ObservedPlugin;

  constructor() {
    const { clock } = this.world.spawn('gateway-0').ports;
    const http = {
      serve: () => ({ close: () => Promise.resolve() }),
      request: async (): Promise<HttpResponse> => {
        this.fetches += 1;
        await clock.sleep(10);
        if (this.answer === undefined) throw new PortError('no answer', 'timeout');
        return this.answer;
      },
    };
    this.#plugin = new ObservedPlugin(
      { clock, http, telemetry: this.world.telemetry },
      'm:1',
      observedPluginSettings,
    );
  }

  async route(tool: string): Promise<Colour | undefined> {
    let decided: Colour | undefined;
    this.#plugin.decide(tool, (colour) => {
      decided = colour;
    });
    await this.world.time.advance(20);
    return decided;
  }
}

describe('the observed plugin does what it was observed to do (delivery 61)', () => {
  test('a decision holds for 60 s, whatever was rolled back meanwhile (F1)', async () => {
    const bench = new Bench();
    expect(await bench.route('T1')).toBe('green');
    bench.answer = list();
    await bench.world.time.advance(59_000);
    expect(await bench.route('T1')).toBe('green');
    await bench.world.time.advance(2000);
    expect(await bench.route('T1')).toBe('blue');
    expect(bench.fetches).toBe(2);
  });

  test('an outage sends canary tools to the constant colour, and each of their requests asks again (F2)', async () => {
    const bench = new Bench();
    await bench.route('T1');
    bench.answer = undefined;
    await bench.world.time.advance(61_000);
    expect([await bench.route('T1'), await bench.route('T1')]).toEqual(['blue', 'blue']);
    expect(bench.fetches).toBe(3);
  });

  test('an error with JSON in it is cached as no canary (F4)', async () => {
    const bench = new Bench();
    bench.answer = { status: 500, body: '{"error":"oops"}' };
    expect(await bench.route('T1')).toBe('blue');
    bench.answer = list('T1');
    expect(await bench.route('T1')).toBe('blue');
    expect(bench.fetches).toBe(1);
  });

  test('1,500 tools in 1,000 places: every request asks Management (F11)', async () => {
    const bench = new Bench();
    const tools = Array.from({ length: 1500 }, (_, index) => `T${index}`);
    for (const tool of tools) await bench.route(tool);
    expect(bench.fetches).toBe(1500);
    for (const tool of tools.slice(0, 300)) await bench.route(tool);
    expect(bench.fetches).toBe(1800);
  });

  test('requests of one tool at the same time each ask', async () => {
    const bench = new Bench();
    await Promise.all([bench.route('T1'), bench.route('T1'), bench.route('T1')]);
    expect(bench.fetches).toBe(3);
  });
});
