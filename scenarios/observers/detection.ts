import type { History } from '../../sim/history/history.ts';
import type { Detection } from '../run-result.ts';

interface Judged {
  abnormal: boolean;
  alarm: boolean;
  wafer: string | undefined;
}

/** How well alarms tell abnormal contexts from normal ones, by context and, with recorded wafers, by wafer. */
export function watchDetection(history: History): () => Detection {
  const completed = new Map<string, { abnormal: boolean; wafer: string | undefined; digest: number }>();
  const alarms = new Map<string, boolean>();
  const digests = new Map<string, number>();
  history.on('context.completed', (event) => {
    completed.set(event.contextId, {
      abnormal: event.abnormal,
      wafer: event.wafer,
      digest: event.expectedDigest,
    });
  });
  history.on('alarm.judged', (event) => {
    alarms.set(event.contextId, event.alarm);
  });
  history.on('uchart.stored', (event) => {
    digests.set(event.contextId, event.digest);
  });
  return () => {
    const judged: Judged[] = [];
    let compared = 0;
    let different = 0;
    for (const [contextId, { abnormal, wafer, digest }] of completed) {
      const alarm = alarms.get(contextId);
      const stored = digests.get(contextId);
      if (stored !== undefined) {
        compared++;
        if (stored !== digest) different++;
      }
      if (alarm !== undefined) judged.push({ abnormal, alarm, wafer });
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
    const wafers = byWafer(judged);
    return wafers.length === 0 ? detection : { ...detection, wafers };
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
