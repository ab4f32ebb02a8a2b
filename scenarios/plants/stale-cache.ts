import { MapHistoryCache } from '../../system/defender/cache/history-cache.ts';
import type { HistoryCache } from '../../system/defender/cache/history-cache.ts';
import type { Plant } from './plant.ts';

function keepingAll(cache: HistoryCache): HistoryCache {
  return {
    get: (key) => cache.get(key),
    put: (key, unit, history) => cache.put(key, unit, history),
    dropUnit: () => undefined,
    clear: () => cache.clear(),
    get bytes() {
      return cache.bytes;
    },
    get figures() {
      return cache.figures;
    },
  };
}

/** Breaks `alarm.fault-free`. */
export const staleCache: Plant = {
  name: 'stale-cache',
  summary: 'the cache keeps a unit that another Defender owns, and believes it when the unit comes back',
  rule: 'alarm.fault-free',
  scenario: 'scaling',
  overrides: { tools: '150', minutes: '100' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      createHistoryCache: (limitBytes) => keepingAll(new MapHistoryCache(limitBytes)),
      policies: { ...settings.policies, isCacheUsable: () => true },
    }),
  },
};
