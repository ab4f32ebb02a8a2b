import type { CanaryBackend, CanaryReason } from '../../../ports/variant-event.ts';
import type { CanaryConfig } from './config.ts';
import { cookieOf } from './cookies.ts';

export const canaryHeader = 'x-canary';
export const canaryCookie = 'canary';
/** Delivery R145. */
export const affinityCookie = 'market-intel-canary';

/** What a request says of itself. */
export interface RequestMarks {
  readonly client: string;
  /** Value of `X-Canary`; only `true` counts (delivery R143, lint L37). */
  readonly header: string | undefined;
  readonly cookies: string | undefined;
}

export interface CanaryChoice {
  readonly backend: CanaryBackend;
  readonly reason: CanaryReason;
}

export interface SplitPolicies {
  choose(config: CanaryConfig, marks: RequestMarks): CanaryChoice;
}

const buckets = 10_000;

/**
 * The client's place among 10,000: the same for ever, so that a growing weight only adds clients and every gateway
 * decides alike (delivery C9: percent of tools, never of requests). FNV-1a, mixed, since tool ids differ in their last
 * characters only.
 */
function bucketOf(client: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < client.length; index++) {
    hash = Math.imul(hash ^ client.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % buckets;
}

/** True where the weight takes this client in. */
export function isWithin(client: string, weightPercent: number): boolean {
  return bucketOf(client) < (weightPercent * buckets) / 100;
}

/**
 * Header before cookie before affinity before weight, as ingress-nginx orders them (delivery R142–R145); nothing of it
 * where the canary is withdrawn. Affinity keeps a client that was answered by the canary there while two gateways know
 * different weights.
 */
export const correctSplit: SplitPolicies = {
  choose(config, { client, header, cookies }) {
    if (!config.enabled) return { backend: 'stable', reason: 'withdrawn' };
    if (header === 'true') return { backend: 'canary', reason: 'header' };
    const wish = cookieOf(cookies, canaryCookie);
    if (wish === 'always') return { backend: 'canary', reason: 'cookie' };
    if (wish === 'never') return { backend: 'stable', reason: 'cookie' };
    if (!config.shrinking && cookieOf(cookies, affinityCookie) === config.release) {
      return { backend: 'canary', reason: 'affinity' };
    }
    return { backend: isWithin(client, config.weightPercent) ? 'canary' : 'stable', reason: 'weight' };
  },
};
