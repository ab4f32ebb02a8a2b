import { describe, expect, test } from 'vitest';
import { ArchiveJob } from '../../../../system/collector/archive/archive-job.ts';
import { defaultArchiveSettings } from '../../../../system/collector/archive/settings.ts';
import type { CqlResult, CqlRow, CqlSession, CqlStatement } from '../../../../system/ports/cql.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import { uchartMonth } from '../../../../system/ports/tables.ts';
import { Kernel, HostClock, SimProcess, epochUs } from '../../../../sim/kernel/index.ts';

const dayUs = 86_400_000_000;
const place = { unit: 'u', recipe: 'r' };

function chart(ageDays: number, sequence: number, judgement = 'j'): CqlRow {
  const endUs = epochUs - ageDays * dayUs;
  const month = uchartMonth(endUs);
  return {
    ...place,
    month,
    end_us: endUs,
    context_sequence: sequence,
    result: new Uint8Array([1]),
    judgement,
  };
}

/** Answers reads from its rows and keeps what is written; fails while it is told to. */
class Store implements CqlSession {
  rows: CqlRow[] = [];
  failing = false;

  execute(statement: CqlStatement, values: CqlRow): Promise<CqlResult> {
    if (this.failing) return Promise.reject(new PortError('away', 'unavailable'));
    if (statement.kind === 'insert') this.rows.push(values);
    const rows = this.rows.filter(
      (row) => row['unit'] === values['unit'] && row['month'] === values['month'],
    );
    return Promise.resolve({ rows });
  }
}

function build() {
  const kernel = new Kernel({ seed: 1n });
  const clock = new SimProcess(kernel, 'archive', 'archive', new HostClock(kernel));
  const events: SystemEvent[] = [];
  const instrument = { add: () => undefined, set: () => undefined, observe: () => undefined };
  const telemetry = {
    counter: () => instrument,
    gauge: () => instrument,
    histogram: () => instrument,
    event: (event: SystemEvent) => events.push(event),
  };
  const store = new Store();
  const offline = new Store();
  const job = new ArchiveJob({ clock, telemetry }, store, offline, defaultArchiveSettings([place]));
  return { store, offline, job, events };
}

describe('the archive of expiring charts (delivery R207)', () => {
  test('copies what expires within 30 days, and nothing younger', async () => {
    const { store, offline, job } = build();
    store.rows = [chart(360, 1), chart(336, 2), chart(334, 3), chart(10, 4)];
    expect(await job.pass()).toBe(0);
    expect(offline.rows.map((row) => row['context_sequence'])).toEqual([1, 2]);
  });

  test('a second pass copies what came late, or was judged again, and nothing twice', async () => {
    const { store, offline, job, events } = build();
    store.rows = [chart(350, 1), chart(349, 2)];
    await job.pass();
    store.rows = [chart(350, 1, 'again'), chart(349, 2), chart(355, 3)];
    await job.pass();
    await job.pass();
    expect(offline.rows.map((row) => [row['context_sequence'], row['judgement']])).toEqual([
      [1, 'j'],
      [2, 'j'],
      [1, 'again'],
      [3, 'j'],
    ]);
    expect(events.map((event) => event.kind)).toEqual(['archive.stored', 'archive.stored']);
  });

  test.each(['store', 'offline'] as const)(
    'what fails at the %s is copied by the next pass',
    async (which) => {
      const built = build();
      built.store.rows = [chart(350, 1)];
      built[which].failing = true;
      expect(await built.job.pass()).toBeGreaterThan(0);
      expect(built.events.some((event) => event.kind === 'archive.failed')).toBe(true);
      built[which].failing = false;
      expect(await built.job.pass()).toBe(0);
      expect(built.offline.rows).toHaveLength(1);
    },
  );

  test('columns that hold nothing are not written', async () => {
    const { store, offline, job } = build();
    store.rows = [{ ...chart(350, 1), judgement: null }];
    await job.pass();
    expect(Object.keys(offline.rows[0] ?? {})).not.toContain('judgement');
  });
});
