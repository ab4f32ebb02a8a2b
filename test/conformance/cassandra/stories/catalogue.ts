import type { StatementSpec } from '../step.ts';
import { conformanceTables } from '../tables.ts';
import { get, put, remove, told, type Story } from './story.ts';

const plain = { settings: {}, options: { convictionUs: { least: 18_000_000, most: 20_000_000 } } };
/** A hint window that ends before a test's patience does (cassandra-and-live 41). */
const shortWindow = {
  settings: { max_hint_window: '4s' },
  options: { ...plain.options, hintWindowUs: 4_000_000 },
};
const noHints = {
  settings: { hinted_handoff_enabled: false },
  options: { ...plain.options, hintWindowUs: 0 },
};

const deadReplica: Story = {
  name: 'dead-replica',
  rule: 'cassandra-and-live 6, 9, 41: time-outs until conviction, then unavailable; hints keep their timestamps',
  nodesByDataCentre: [3],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    await teller.at(0, 'ALL', put('single', 'old', { a: 1 }), 'before');
    await teller.at(0, 'ALL', put('single', 'poison', { a: 1 }), 'a far future', {
      clientTimestampUs: 3_600_000_000,
    });
    await teller.at(0, 'ALL', put('single', 'past', { a: 1 }), 'a value of now');
    await rig.kill(2);
    await teller.at(0, 'ALL', put('single', 'early', { a: 2 }), 'write at ALL before conviction');
    await teller.at(0, 'QUORUM', put('single', 'quorum', { a: 3 }), 'write at QUORUM before conviction');
    await teller.at(1, 'ALL', get('single', 'old'), 'read at ALL before conviction');
    await teller.at(
      1,
      'QUORUM',
      { kind: 'insert', table: 'single', values: { k: 'claim', a: 1 }, condition: { kind: 'if-not-exists' } },
      'claim with two replicas',
    );
    await rig.awaitView(0, 2, 'down');
    await teller.at(0, 'ALL', put('single', 'never', { a: 4 }), 'write at ALL after conviction');
    await teller.at(0, 'ALL', get('single', 'old'), 'read at ALL after conviction');
    await teller.at(0, 'QUORUM', put('single', 'hinted', { a: 5 }), 'write at QUORUM after conviction');
    await teller.at(0, 'QUORUM', put('single', 'poison', { a: 6 }), 'write in the shadow of the far future');
    await teller.at(0, 'QUORUM', put('single', 'past', { a: 7 }), 'a late write of long ago', {
      clientTimestampUs: -3_000_000,
    });
    await rig.restart(2);
    await rig.awaitView(0, 2, 'up');
    await teller.within(
      30_000,
      'the hint arrives',
      () => teller.at(2, 'ONE', get('single', 'hinted')),
      'a=5',
    );
    await teller.within(
      30_000,
      'that of the time-out too',
      () => teller.at(2, 'ONE', get('single', 'early')),
      'a=2',
    );
    await teller.at(2, 'ONE', get('single', 'poison'), 'the far future stays on the replica');
    await teller.at(2, 'ONE', get('single', 'past'), 'its hint kept its timestamp');
    await teller.at(0, 'ALL', get('single', 'never'), 'what was unavailable was not written');
    await teller.at(2, 'SERIAL', get('single', 'claim'), 'the claim');
  },
};

const silentReplicas: Story = {
  name: 'silent-replicas',
  rule: 'cassandra-and-live 8, 9, 48: nothing is rolled back; time-outs of writes and claims',
  nodesByDataCentre: [3],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    await teller.at(0, 'ALL', put('single', 'x', { a: 1 }), 'before');
    rig.pause(1);
    rig.pause(2);
    await teller.at(0, 'QUORUM', put('single', 'x', { a: 2 }), 'write at QUORUM, two silent');
    await teller.at(0, 'ONE', get('single', 'x'), 'read at ONE sees it');
    await teller.at(
      0,
      'QUORUM',
      { kind: 'insert', table: 'single', values: { k: 'claim', a: 1 }, condition: { kind: 'if-not-exists' } },
      'claim, two silent',
    );
    await teller.at(
      0,
      'LOCAL_QUORUM',
      {
        kind: 'insert',
        table: 'single',
        values: { k: 'claim2', a: 1 },
        condition: { kind: 'if-not-exists' },
      },
      'local claim, two silent',
      { serialConsistency: 'LOCAL_SERIAL' },
    );
    await teller.at(0, 'SERIAL', get('single', 'x'), 'read at SERIAL, two silent');
    await teller.at(0, 'QUORUM', get('single', 'x'), 'read at QUORUM, two silent');
    rig.resume(1);
    rig.resume(2);
    await teller.pass(3_000);
    await teller.within(
      15_000,
      'QUORUM serves again',
      () => teller.at(1, 'QUORUM', get('single', 'x')),
      'a=2',
    );
    await teller.within(
      15_000,
      'both replicas have it',
      () => teller.at(2, 'ONE', get('single', 'x')),
      'a=2',
    );
  },
};

const loggedBatch: Story = {
  name: 'logged-batch',
  rule: 'cassandra-and-live 14: a batch that timed out at its log is replayed from the log all the same',
  nodesByDataCentre: [3],
  ...noHints,
  async tell(teller) {
    const { rig } = teller;
    rig.pause(2);
    await teller.at(
      0,
      'QUORUM',
      {
        kind: 'batch',
        logged: true,
        writes: [
          { kind: 'insert', table: 'single', values: { k: 'left', a: 1 } },
          { kind: 'insert', table: 'single', values: { k: 'right', a: 1 } },
        ],
      },
      'logged batch, one silent',
    );
    await teller.at(0, 'QUORUM', get('single', 'left'), 'not yet sent');
    rig.resume(2);
    await teller.within(40_000, 'left appears', () => teller.at(0, 'QUORUM', get('single', 'left')), 'a=1');
    await teller.within(20_000, 'right appears', () => teller.at(0, 'QUORUM', get('single', 'right')), 'a=1');
  },
};

const hintWindow: Story = {
  name: 'hint-window',
  rule: 'cassandra-and-live 41, 42: no hints after the window; repair brings what is missing',
  nodesByDataCentre: [3],
  ...shortWindow,
  async tell(teller) {
    const { rig } = teller;
    await rig.kill(2);
    await rig.awaitView(0, 2, 'down');
    await rig.awaitView(1, 2, 'down');
    await teller.pass(8_000);
    await teller.at(0, 'QUORUM', put('unrepaired', 'late', { a: 1 }), 'write after the window');
    await rig.restart(2);
    await rig.awaitView(0, 2, 'up');
    await teller.pass(15_000);
    await teller.at(2, 'ONE', get('unrepaired', 'late'), 'the replica has nothing');
    await teller.at(2, 'ALL', get('unrepaired', 'late'), 'ALL has it');
    await teller.at(2, 'ONE', get('unrepaired', 'late'), 'reads repair nothing in this table');
    await rig.repair();
    await teller.at(2, 'ONE', get('unrepaired', 'late'), 'after the repair');
  },
};

const readRepair: Story = {
  name: 'read-repair',
  rule: 'cassandra-and-live 37, 38: the newest of the answers counts, and stale replicas get it',
  nodesByDataCentre: [3],
  ...noHints,
  async tell(teller) {
    const { rig } = teller;
    await teller.at(0, 'ALL', put('single', 'x', { a: 1, b: 'kept' }), 'before');
    await teller.at(0, 'ALL', put('single', 'gone', { a: 1 }), 'before');
    await rig.stop(2);
    await rig.awaitView(0, 2, 'down');
    await teller.at(0, 'QUORUM', put('single', 'x', { a: 2 }), 'an update that one replica misses');
    await teller.at(0, 'QUORUM', remove('single', 'gone'), 'a deletion that one replica misses');
    await rig.restart(2);
    await rig.awaitView(2, 0, 'up');
    await rig.awaitView(0, 2, 'up');
    await teller.at(2, 'ONE', get('single', 'x'), 'the stale replica alone');
    await teller.at(2, 'QUORUM', get('single', 'x'), 'the stale replica and another');
    await teller.at(2, 'ONE', get('single', 'x'), 'it was repaired');
    await teller.at(2, 'ONE', get('single', 'gone'), 'the stale replica keeps what was deleted');
    await teller.at(2, 'ALL', get('single', 'gone'), 'the deletion wins');
    await teller.at(2, 'ONE', get('single', 'gone'), 'and has come to the replica');
  },
};

const zombie: Story = {
  name: 'zombie',
  rule: 'cassandra-and-live 34: a deletion that a replica misses for gc grace is undone by repair, and only then',
  nodesByDataCentre: [3],
  ...noHints,
  async tell(teller) {
    const { rig } = teller;
    await teller.at(0, 'ALL', put('forgetful', 'z', { a: 1 }), 'short grace');
    await teller.at(0, 'ALL', put('unrepaired', 'z', { a: 1 }), 'long grace');
    await rig.stop(2);
    await rig.awaitView(0, 2, 'down');
    await teller.at(0, 'QUORUM', remove('forgetful', 'z'), 'deleted');
    await teller.at(0, 'QUORUM', remove('unrepaired', 'z'), 'deleted');
    await teller.pass(3_000);
    await rig.compact(0);
    await rig.compact(1);
    await teller.at(0, 'QUORUM', get('forgetful', 'z'), 'still gone');
    await rig.restart(2);
    await rig.awaitView(2, 0, 'up');
    await rig.awaitView(0, 2, 'up');
    await teller.at(2, 'ALL', get('forgetful', 'z'), 'back in a read at ALL');
    await teller.at(2, 'ALL', get('unrepaired', 'z'), 'still deleted at ALL');
    await rig.repair();
    await teller.at(0, 'ONE', get('forgetful', 'z'), 'short grace: back on the others');
    await teller.at(2, 'ONE', get('unrepaired', 'z'), 'long grace: gone everywhere');
  },
};

const onePairCut: Story = {
  name: 'one-pair-cut',
  rule: 'cassandra-and-live 6: gossip goes round a cut between two nodes, so nobody is convicted',
  nodesByDataCentre: [3],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    rig.cut(0, 1);
    await teller.pass(25_000);
    await teller.at(0, 'ALL', put('single', 'x', { a: 1 }), 'ALL across the cut');
    await teller.at(0, 'QUORUM', put('single', 'y', { a: 1 }), 'QUORUM beside the cut');
    await teller.at(2, 'ALL', put('single', 'z', { a: 1 }), 'ALL by the third');
    rig.heal(0, 1);
    await teller.within(
      30_000,
      'ALL again',
      () => teller.at(0, 'ALL', put('single', 'x', { a: 2 })),
      'written',
    );
  },
};

const periodicLog: Story = {
  name: 'periodic-log',
  rule: 'cassandra-and-live §1.1: a kill takes acknowledged writes where the commit log is synced periodically',
  nodesByDataCentre: [1],
  settings: { commitlog_sync: 'periodic', commitlog_sync_period: '10s' },
  options: { commitLogSync: 'periodic', killLossUs: 100_000 },
  async tell(teller) {
    const { rig } = teller;
    const count = 400;
    for (let index = 0; index < count; index++) {
      await teller.at(0, 'ONE', put('single', `r${index}`, { a: index }));
    }
    await rig.kill(0);
    await rig.restart(0);
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const outcome = await teller.at(0, 'ONE', get('single', `r${index}`));
      if (outcome.kind === 'rows' && outcome.rows.length > 0) kept++;
    }
    teller.note('acknowledged writes were lost', String(kept < count));
  },
};

const syncedLog: Story = {
  name: 'synced-log',
  rule: 'cassandra-and-live §1.1: with a commit log synced before the answer a kill takes nothing',
  nodesByDataCentre: [1],
  settings: {},
  options: {},
  async tell(teller) {
    const { rig } = teller;
    const count = 400;
    for (let index = 0; index < count; index++) {
      await teller.at(0, 'ONE', put('single', `r${index}`, { a: index }));
    }
    await rig.kill(0);
    await rig.restart(0);
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const outcome = await teller.at(0, 'ONE', get('single', `r${index}`));
      if (outcome.kind === 'rows' && outcome.rows.length > 0) kept++;
    }
    teller.note('kept', String(kept));
  },
};

const twoCentres: Story = {
  name: 'two-centres',
  rule: 'cassandra-and-live 4, 39, 50: local levels ask one data centre, and two can both grant one claim',
  nodesByDataCentre: [1, 1],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    const claim = (k: string, a: number): StatementSpec => ({
      kind: 'insert',
      table: 'single',
      values: { k, a },
      condition: { kind: 'if-not-exists' },
    });
    const local = { serialConsistency: 'LOCAL_SERIAL' } as const;
    await teller.at(0, 'EACH_QUORUM', put('single', 'x', { a: 1 }), 'EACH_QUORUM, all well');
    rig.cut(0, 1);
    await teller.at(0, 'LOCAL_QUORUM', put('single', 'x', { a: 2 }), 'LOCAL_QUORUM in the first');
    await teller.at(1, 'LOCAL_QUORUM', get('single', 'x'), 'LOCAL_QUORUM in the second');
    await teller.at(0, 'QUORUM', put('single', 'y', { a: 3 }), 'QUORUM');
    await teller.at(0, 'EACH_QUORUM', put('single', 'y', { a: 4 }), 'EACH_QUORUM');
    await teller.at(0, 'LOCAL_QUORUM', claim('c', 1), 'local claim in the first', local);
    await teller.at(1, 'LOCAL_QUORUM', claim('c', 2), 'local claim in the second', local);
    await teller.at(0, 'QUORUM', claim('d', 1), 'claim of both');
    rig.heal(0, 1);
    await rig.awaitView(0, 1, 'up');
    await rig.awaitView(1, 0, 'up');
    await teller.within(40_000, 'both again', () => teller.at(0, 'QUORUM', get('single', 'x')), 'a=2');
  },
};

/** How many of how many had answered: chance where an operation was cut in the middle. */
function withoutCounts(answer: string): string {
  return answer.replace(/ \d\/\d/, '');
}

const halfAccepted: Story = {
  name: 'half-accepted',
  rule: 'cassandra-and-live 46: a refused claim keeps an older one, that a minority accepted, from coming back',
  nodesByDataCentre: [3],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    await teller.at(0, 'ALL', put('single', 'other', { a: 1 }), 'before');
    for (const node of [1, 2]) {
      rig.delay(0, node, 600);
      rig.delay(node, 0, 600);
    }
    const claims = ['c', 'd'].map((k) =>
      teller.at(0, 'QUORUM', {
        kind: 'insert',
        table: 'single',
        values: { k, a: 1 },
        condition: { kind: 'if-not-exists' },
      }),
    );
    // Promises come after 1.2 s; the read has arrived after 1.8 s, its answer comes after 2.4 s, and then the proposal goes nowhere.
    await teller.pass(2_100);
    for (const node of [1, 2]) rig.cutOneWay(0, node);
    for (const outcome of await Promise.all(claims)) teller.note('a claim', withoutCounts(told(outcome)));
    for (const node of [1, 2]) rig.cut(0, node);
    await teller.at(
      1,
      'QUORUM',
      {
        kind: 'update',
        table: 'single',
        values: { k: 'c', a: 9 },
        condition: { kind: 'if', columns: [{ column: 'a', operator: '=', value: 5 }] },
      },
      'a claim that is refused',
    );
    for (const node of [1, 2]) {
      rig.delay(0, node, 0);
      rig.delay(node, 0, 0);
      rig.heal(0, node);
    }
    await rig.awaitView(0, 1, 'up');
    await rig.awaitView(1, 0, 'up');
    await teller.pass(3_000);
    await teller.within(20_000, 'what stands', () => teller.at(0, 'SERIAL', get('single', 'c')), 'nothing');
    await teller.at(2, 'SERIAL', get('single', 'c'), 'what another coordinator sees');
    await teller.at(0, 'SERIAL', get('single', 'd'), 'the claim that nothing came after is finished');
  },
};

const retriedWrite: Story = {
  name: 'retried-write',
  rule: 'cassandra-and-live 27: a write that the driver tries again keeps its timestamp',
  nodesByDataCentre: [3],
  ...plain,
  async tell(teller) {
    const { rig } = teller;
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    const session = await rig.systemSession();
    const statement = { kind: 'insert', table: conformanceTables.single } as const;
    const options = { consistency: 'QUORUM', idempotent: true, timeoutMs: 1_500 } as const;
    // Prepared and connected before the fault.
    await session.execute(statement, { k: teller.key('warm'), a: 0 }, options);
    rig.pause(0);
    const slow = keys.map((k) => session.execute(statement, { k: teller.key(k), a: 1 }, options));
    await teller.pass(700);
    await Promise.all(keys.map((k) => teller.at(1, 'QUORUM', put('single', k, { a: 2 }))));
    await Promise.all(slow);
    for (const k of keys) await teller.at(1, 'QUORUM', get('single', k), `the later write of ${k}`);
    rig.resume(0);
  },
};

export const stories: readonly Story[] = [
  deadReplica,
  silentReplicas,
  loggedBatch,
  hintWindow,
  readRepair,
  zombie,
  onePairCut,
  twoCentres,
  halfAccepted,
  retriedWrite,
  periodicLog,
  syncedLog,
];
