import type { History } from '../../sim/history/history.ts';
import { Durations } from './durations.ts';

/** Named figures of a run, each with its unit in the name. */
export function watchFigures(history: History): () => Record<string, number> {
  const counters: Record<string, number> = {
    requestsAcknowledged: 0,
    pointsAcknowledged: 0,
    toolRetries: 0,
    contextsCompleted: 0,
    contextsProcessed: 0,
    redeliveries: 0,
    processingFailures: 0,
    alarmsEffective: 0,
    alarmsRepeated: 0,
    judgementsProvisional: 0,
    judgementsRepeated: 0,
    rebalances: 0,
    cacheLookups: 0,
    cacheHits: 0,
    tchartBytes: 0,
    tchartPoints: 0,
    requestsToGreen: 0,
    requestsToBlue: 0,
    largestBacklogContexts: 0,
  };
  const processing = new Durations();
  const stages = new Map<string, Durations>();
  function count(name: string, amount = 1): void {
    counters[name] = (counters[name] ?? 0) + amount;
  }
  history.on('request.acknowledged', (event) => {
    count('requestsAcknowledged');
    count('pointsAcknowledged', event.points);
  });
  history.on('tool.retry', () => count('toolRetries'));
  history.on('tool.backlog', (event) => {
    counters['largestBacklogContexts'] = Math.max(counters['largestBacklogContexts'] ?? 0, event.contexts);
  });
  history.on('context.completed', () => count('contextsCompleted'));
  history.on('completion.acknowledged', (event) => {
    count('contextsProcessed');
    processing.add(event.durationMs);
  });
  history.on('completion.delivered', (event) => {
    if (event.deliveryCount > 1) count('redeliveries');
  });
  history.on('processing.failed', () => count('processingFailures'));
  history.on('processing.stage', (event) => {
    let durations = stages.get(event.stage);
    if (durations === undefined) {
      durations = new Durations();
      stages.set(event.stage, durations);
    }
    durations.add(event.durationMs);
  });
  history.on('alarm.raised', (event) => count(event.effective ? 'alarmsEffective' : 'alarmsRepeated'));
  history.on('alarm.judged', (event) => {
    if (event.provisional) count('judgementsProvisional');
    if (event.rejudged) count('judgementsRepeated');
  });
  history.on('assignment.published', () => count('rebalances'));
  history.on('cache.lookup', (event) => {
    count('cacheLookups');
    if (event.hit) count('cacheHits');
  });
  history.on('tchart.stored', (event) => {
    count('tchartBytes', event.bytes);
    count('tchartPoints', event.points);
  });
  history.on('request.routed', (event) =>
    count(event.colour === 'blue' ? 'requestsToBlue' : 'requestsToGreen'),
  );
  return () => {
    const figures: Record<string, number> = { ...counters };
    figures['processingP50Ms'] = processing.percentile(0.5);
    figures['processingP95Ms'] = processing.percentile(0.95);
    figures['processingP99Ms'] = processing.percentile(0.99);
    figures['processingMaxMs'] = processing.max;
    for (const [stage, durations] of stages) figures[`stage.${stage}.p95Ms`] = durations.percentile(0.95);
    figures['bytesPerPoint'] = (counters['tchartBytes'] ?? 0) / Math.max(1, counters['tchartPoints'] ?? 0);
    figures['historyEvents'] = history.recorded;
    return figures;
  };
}
