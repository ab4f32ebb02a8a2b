import { describe, expect, test } from 'vitest';
import { PortError } from '../../../../../system/ports/errors.ts';
import type { PublishAck } from '../../../../../system/ports/jetstream.ts';
import type { Telemetry } from '../../../../../system/ports/telemetry.ts';
import {
  ShadowPublisher,
  type Publisher,
  type ShadowMode,
} from '../../../../../system/routing/variants/versioned/shadow-publisher.ts';
import {
  plainSubject,
  versionedSubject,
  versionedSubjects,
} from '../../../../../system/routing/variants/versioned/names.ts';

const options = { messageId: 'm1', timeoutMs: 100 };
const mode: ShadowMode = {
  enabled: true,
  tools: new Set(['tool_100']),
  pattern: /^tool_0/,
  percent: 0,
  isWithin: () => false,
};

class Published implements Publisher {
  readonly subjects: string[] = [];
  failure: PortError | undefined;

  publish(subject: string): Promise<PublishAck> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.subjects.push(subject);
    return Promise.resolve({ stream: 's', sequence: this.subjects.length, duplicate: false });
  }
}

function telemetryOf(counts: Map<string, number>): Telemetry {
  const nothing = { set: () => undefined, observe: () => undefined };
  return {
    counter: (name) => ({ add: (amount) => void counts.set(name, (counts.get(name) ?? 0) + amount) }),
    gauge: () => nothing,
    histogram: () => nothing,
    event: () => undefined,
  };
}

function setUp(settings: ShadowMode = mode): {
  stable: Published;
  canary: Published;
  publisher: ShadowPublisher;
  counts: Map<string, number>;
} {
  const stable = new Published();
  const canary = new Published();
  const counts = new Map<string, number>();
  return {
    stable,
    canary,
    counts,
    publisher: new ShadowPublisher(stable, canary, () => settings, telemetryOf(counts)),
  };
}

describe('shadow publishing', () => {
  test('copies what is chosen by name or pattern, and nothing else', async () => {
    const { stable, canary, publisher } = setUp();
    for (const tool of ['tool_100', 'tool_001', 'tool_200']) {
      await publisher.publish(`dc.${tool}.complete`, new Uint8Array(), options);
    }
    expect(stable.subjects).toHaveLength(3);
    expect(canary.subjects).toEqual(['dc.tool_100.complete', 'dc.tool_001.complete']);
  });

  test('switched off it copies nothing', async () => {
    const { canary, publisher } = setUp({ ...mode, enabled: false });
    await publisher.publish('dc.tool_100.complete', new Uint8Array(), options);
    expect(canary.subjects).toEqual([]);
  });

  test('a failure of stable fails the publish, and nothing is copied', async () => {
    const { stable, canary, publisher } = setUp();
    stable.failure = new PortError('full', 'stream-full');
    await expect(publisher.publish('dc.tool_100.complete', new Uint8Array(), options)).rejects.toThrow(
      'full',
    );
    expect(canary.subjects).toEqual([]);
  });

  test('a failure of canary is counted only', async () => {
    const { canary, publisher, counts } = setUp();
    canary.failure = new PortError('full', 'stream-full');
    const published = await publisher.publish('dc.tool_100.complete', new Uint8Array(), options);
    expect(published.sequence).toBe(1);
    await Promise.resolve();
    expect(counts.get('shadow_publishes_failed_total')).toBe(1);
  });
});

describe('names by version', () => {
  test('a subject comes back as it was', () => {
    const subject = 'dc.tool_001.complete';
    expect(versionedSubject(subject, 'canary')).toBe('dc.tool_001.complete.canary');
    expect(plainSubject(versionedSubject(subject, 'canary'), 'canary')).toBe(subject);
  });

  test('streams of both halves share no subject; what has no form is refused', () => {
    const both = (['stable', 'canary'] as const).flatMap((version) => versionedSubjects(['dc.>'], version));
    expect(new Set(both).size).toBe(both.length);
    expect(() => versionedSubjects(['metrics.>'], 'stable')).toThrow(PortError);
  });
});
