import { beforeEach, expect, test } from 'vitest';
import { FilteredDurable } from '../../../../system/defender/consumption/filtered-durable.ts';
import type { UnitHandlers } from '../../../../system/defender/consumption/unit-source.ts';
import { defaultDefenderSettings } from '../../../../system/defender/settings.ts';
import { StateMachine } from '../../../../system/defender/state.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { ConsumeHandlers, DeliveredMessage, JetStream } from '../../../../system/ports/jetstream.ts';
import { FakeProcess } from '../fakes/fake-process.ts';
import { FakeTelemetry } from '../fakes/fake-telemetry.ts';
import { VirtualTime } from '../fakes/virtual-time.ts';

/** A work queue: one durable a subject, each change noted. */
class WorkQueue {
  readonly durables = new Map<string, ReadonlySet<string>>();
  readonly acts: string[] = [];
  readonly pulls = new Map<string, ConsumeHandlers>();

  readonly jetStream: Pick<JetStream, 'ensureConsumer' | 'deleteConsumer' | 'consumerNames' | 'consume'> = {
    ensureConsumer: (_, { durable, filterSubjects }) => {
      for (const [other, subjects] of this.durables) {
        if (other !== durable && filterSubjects.some((one) => subjects.has(one))) {
          return Promise.reject(new PortError('filtered consumer not unique', 'conflict'));
        }
      }
      this.durables.set(durable, new Set(filterSubjects));
      this.acts.push(`${durable}: ${filterSubjects.join(' ')}`);
      return Promise.resolve();
    },
    deleteConsumer: (_, durable) => {
      this.acts.push(`${durable} deleted`);
      if (this.durables.delete(durable)) return Promise.resolve();
      return Promise.reject(new PortError('no consumer', 'not-found'));
    },
    consumerNames: () => Promise.resolve([...this.durables.keys()]),
    consume: (_, durable, __, handlers) => {
      this.pulls.set(durable, handlers);
      return {
        stopped: false,
        stop: () => {
          this.pulls.delete(durable);
          return Promise.resolve();
        },
      };
    },
  };
}

const unit = (name: string) => ({ unit: name, subject: `dc.${name}.complete` });

interface Unit extends UnitHandlers {
  readonly received: string[];
  work: number;
  lost: number;
}

function unitHandlers(): Unit {
  const handlers: Unit = {
    received: [],
    work: 0,
    lost: 0,
    message: ({ subject }) => handlers.received.push(subject),
    missing: () => handlers.lost++,
    isReleased: () => false,
    inFlight: () => handlers.work,
  };
  return handlers;
}

let time: VirtualTime;
let queue: WorkQueue;

function member(id: string, filterChange: 'renew' | 'edit' = 'renew'): FilteredDurable {
  const state = new StateMachine(new FakeTelemetry(time), 'blue', id);
  state.defenderId = id;
  const settings = { ...defaultDefenderSettings('blue', '', []), filterChange };
  const source = new FilteredDurable(new FakeProcess(time, id, 0), queue.jetStream, settings, state);
  source.follow(new Set(['d1', 'd2']));
  return source;
}

function message(subject: string): DeliveredMessage & { nakedMs: number | undefined } {
  const naked = { nakedMs: undefined as number | undefined };
  return Object.assign(naked, {
    subject,
    payload: new Uint8Array(),
    messageId: '',
    streamSequence: 1,
    deliveryCount: 1,
    storedMs: 0,
    ack: () => undefined,
    ackConfirmed: () => Promise.resolve(true),
    nak: (delayMs = 0) => {
      naked.nakedMs = delayMs;
    },
    inProgress: () => undefined,
    terminate: () => undefined,
  });
}

beforeEach(() => {
  time = new VirtualTime();
  queue = new WorkQueue();
});

test('units that come together are one change; those that come later rewind the durable', async () => {
  const source = member('d1');
  await Promise.all([source.bind(unit('a'), unitHandlers()), source.bind(unit('b'), unitHandlers())]);
  queue.acts.length = 0;
  await source.bind(unit('c'), unitHandlers());
  const all = 'defender-filtered-d1: dc.a.complete dc.b.complete dc.c.complete';
  expect(queue.acts).toEqual([all, 'defender-filtered-d1 deleted', all]);
  expect(queue.pulls.size).toBe(1);
});

test('edited filters are what the model was: the durable stays', async () => {
  const source = member('d1', 'edit');
  await source.bind(unit('a'), unitHandlers());
  await source.bind(unit('b'), unitHandlers());
  expect(queue.acts.filter((act) => act.endsWith('deleted'))).toEqual([]);
});

test('messages go to their unit; what is not bound here goes round', async () => {
  const source = member('d1');
  const one = unitHandlers();
  await source.bind(unit('a'), one);
  const stray = message('dc.b.complete');
  queue.pulls.get('defender-filtered-d1')?.message(message('dc.a.complete'));
  queue.pulls.get('defender-filtered-d1')?.message(stray);
  expect(one.received).toEqual(['dc.a.complete']);
  expect(stray.nakedMs).toBe(1_000);
});

test('a unit is let go when its work is done, and only then another member gets it', async () => {
  const [old, young] = [member('d1'), member('d2')];
  const handlers = unitHandlers();
  const binding = await old.bind(unit('a'), handlers);
  handlers.work = 1;
  const stopped = binding?.stop();
  await expect(young.bind(unit('a'), unitHandlers())).rejects.toMatchObject({ code: 'conflict' });
  expect(queue.durables.has('defender-filtered-d1')).toBe(true);
  handlers.work = 0;
  await time.advance(1_000);
  await stopped;
  await young.bind(unit('a'), unitHandlers());
  expect([...queue.durables.keys()]).toEqual(['defender-filtered-d2']);
});

test('what a member that is gone left behind is removed by whoever it is in the way of', async () => {
  await member('d9').bind(unit('a'), unitHandlers());
  const source = member('d1');
  await expect(source.bind(unit('a'), unitHandlers())).rejects.toMatchObject({ code: 'conflict' });
  await source.bind(unit('a'), unitHandlers());
  expect([...queue.durables.keys()]).toEqual(['defender-filtered-d1']);
});

test('who loses its id touches nothing: the durable is the next holder’s', async () => {
  const source = member('d1');
  const binding = await source.bind(unit('a'), unitHandlers());
  queue.acts.length = 0;
  source.abandon();
  await binding?.stop();
  expect([queue.acts, queue.pulls.size, queue.durables.size]).toEqual([[], 0, 1]);
});

test('a durable that is gone is told to every unit, which bind again', async () => {
  const source = member('d1');
  const units = [unitHandlers(), unitHandlers()] as const;
  await source.bind(unit('a'), units[0]);
  await source.bind(unit('b'), units[1]);
  queue.durables.clear();
  queue.pulls.get('defender-filtered-d1')?.missing?.();
  expect(units.map(({ lost }) => lost)).toEqual([1, 1]);
  await source.bind(unit('a'), units[0]);
  expect(queue.durables.get('defender-filtered-d1')).toEqual(new Set(['dc.a.complete']));
});

test('more than 500 subjects are refused', async () => {
  const source = member('d1');
  await Promise.all(
    Array.from({ length: 500 }, (_, index) => source.bind(unit(`t${index}`), unitHandlers())),
  );
  await expect(source.bind(unit('one-more'), unitHandlers())).rejects.toThrow('at most 500 subjects');
});
