import type { History } from '../../sim/history/history.ts';
import type { Detection } from '../run-result.ts';

interface Judged {
  readonly abnormal: boolean;
  readonly alarm: boolean;
  readonly wafer: string | undefined;
}

/** What is known of a context, in one number: 24 hours have more than 100,000 of them. */
const flag = { completed: 1, abnormal: 2, judged: 4, alarm: 8, compared: 16, different: 32 } as const;

/** How well alarms tell abnormal contexts from normal ones, by context and, with recorded wafers, by wafer. */
export function watchDetection(history: History): () => Detection {
  const contexts = new Map<string, number>();
  const wafers = new Map<string, string>();
  // A stored digest and the expected one, where the other is not known yet.
  const stored = new Map<string, number>();
  const expected = new Map<string, number>();
  function set(contextId: string, bits: number, without = 0): void {
    contexts.set(contextId, ((contexts.get(contextId) ?? 0) & ~without) | bits);
  }
  function compare(contextId: string, isDifferent: boolean): void {
    set(contextId, flag.compared | (isDifferent ? flag.different : 0));
  }
  history.on('context.completed', ({ contextId, abnormal, wafer, expectedDigest }) => {
    set(contextId, flag.completed | (abnormal ? flag.abnormal : 0));
    if (wafer !== undefined) wafers.set(contextId, wafer);
    const digest = stored.get(contextId);
    if (digest === undefined) expected.set(contextId, expectedDigest);
    else compare(contextId, digest !== expectedDigest);
    stored.delete(contextId);
  });
  history.on('alarm.judged', ({ contextId, alarm }) => {
    set(contextId, flag.judged | (alarm ? flag.alarm : 0), flag.alarm);
  });
  history.on('uchart.stored', ({ contextId, digest }) => {
    const bits = contexts.get(contextId) ?? 0;
    // A result that is stored again is for `effect.exactly-once`.
    if ((bits & flag.compared) !== 0) return;
    const wanted = expected.get(contextId);
    if (wanted === undefined) stored.set(contextId, digest);
    else compare(contextId, digest !== wanted);
    expected.delete(contextId);
  });
  return () => {
    const judged: Judged[] = [];
    let compared = 0;
    let different = 0;
    for (const [contextId, bits] of contexts) {
      if ((bits & flag.completed) === 0) continue;
      if ((bits & flag.compared) !== 0) compared++;
      if ((bits & flag.different) !== 0) different++;
      if ((bits & flag.judged) === 0) continue;
      judged.push({
        abnormal: (bits & flag.abnormal) !== 0,
        alarm: (bits & flag.alarm) !== 0,
        wafer: wafers.get(contextId),
      });
    }
    const count = (abnormal: boolean, alarm?: boolean): number =>
      judged.filter((entry) => entry.abnormal === abnormal && (alarm === undefined || entry.alarm === alarm))
        .length;
    const detection: Detection = {
      abnormal: count(true),
      abnormalAlarmed: count(true, true),
      normal: count(false),
      normalAlarmed: count(false, true),
      compared,
      different,
    };
    const perWafer = byWafer(judged);
    return perWafer.length === 0 ? detection : { ...detection, wafers: perWafer };
  };
}

function byWafer(judged: readonly Judged[]): NonNullable<Detection['wafers']> {
  const wafers = new Map<string, { wafer: string; abnormal: boolean; contexts: number; alarms: number }>();
  for (const { wafer, abnormal, alarm } of judged) {
    if (wafer === undefined) continue;
    const entry = wafers.get(wafer) ?? { wafer, abnormal, contexts: 0, alarms: 0 };
    entry.contexts++;
    if (alarm) entry.alarms++;
    wafers.set(wafer, entry);
  }
  return [...wafers.values()].sort((left, right) =>
    left.wafer.localeCompare(right.wafer, 'en', { numeric: true }),
  );
}
