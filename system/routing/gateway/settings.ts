import type { Colour } from '../../ports/colour.ts';
import { gatewayControlPort, gatewayRpcPort, managementPort } from '../paths.ts';
import { observedPluginSettings, type ObservedPluginSettings } from './observed-plugin.ts';
import type { ExperimentCopySettings } from './experiment-copies.ts';
import type { ToolLimit } from './tool-limiter.ts';
import { accepts, colourOf, type RouteList } from './route-list.ts';

/** What the gateway itself tries again, and how long it waits. */
export interface GatewayRetry {
  /** Attempts at most; 1: none but the first. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** Longest wait for one attempt; the tool's deadline bounds it further. */
  readonly attemptTimeoutMs: number;
}

/** Rules of the gateway that a planted bug may replace. */
export interface GatewayPolicies {
  /** The colour of one request. */
  readonly colourOf: (list: RouteList, tool: string) => Colour;
  readonly accepts: typeof accepts;
  /** The list to route by once Management was silent for `staleAlarmMs`: the last one, frozen (delivery 62, F2). */
  readonly listWhenStale: (list: RouteList) => RouteList;
}

export interface GatewaySettings {
  /** The name under which it reports to Management; empty: the pod's. */
  readonly name: string;
  readonly rpcPort: number;
  readonly controlPort: number;
  /** `host:port` of Management. */
  readonly managementAuthority: string;
  /** What it bears where Management asks for a token (role `gateway`); empty: none. */
  readonly managementToken: string;
  /** `host:port` at which Management reaches this gateway; empty: the pod's name and `controlPort`. */
  readonly controlAuthority: string;
  readonly collectorTargets: Readonly<Record<Colour, string>>;
  /** Pause between two refreshes (delivery C12: ≤ 5 s). */
  readonly refreshMs: number;
  /** Each pause is drawn from `refreshMs` ± this share, so that gateways do not poll in step. */
  readonly refreshJitter: number;
  readonly refreshTimeoutMs: number;
  /** Silence of Management after which the list is called stale. */
  readonly staleAlarmMs: number;
  /** Kept of the caller's deadline, so that the caller hears the gateway's own word. */
  readonly deadlineMarginMs: number;
  /** Completions are counted by tool while the canary list is no longer than this (evidence of the first stage). */
  readonly countedCanaryTools: number;
  /** `observed-plugin`: by the plugin as it was found; only to show what it does wrong. */
  readonly router: 'list' | 'observed-plugin';
  readonly plugin: ObservedPluginSettings;
  /** Undefined: tools are not limited here. */
  readonly toolLimit: ToolLimit | undefined;
  /** Copies for experiments; undefined: none. */
  readonly experimentCopies: ExperimentCopySettings | undefined;
  /** Only what never left the gateway is tried again (delivery 54): the rest is the tool's to repeat. */
  readonly retry: GatewayRetry;
  /** What calls under way have left when their tool changes colour; undefined: all of their deadline (delivery F23). */
  readonly drainMs: number | undefined;
  /** Reads at the start what collectors had said of newer lists; needed only where collectors refuse old epochs. */
  readonly keepsFloors: boolean;
  /** Of a pushed list, in UTF-16 code units; more is answered 413 unread. */
  readonly maxPushLength: number;
  readonly policies: GatewayPolicies;
}

export const standardGatewayPolicies: GatewayPolicies = {
  colourOf,
  accepts,
  listWhenStale: (list) => list,
};

export const defaultGatewaySettings: GatewaySettings = {
  name: '',
  rpcPort: gatewayRpcPort,
  controlPort: gatewayControlPort,
  managementAuthority: `management:${managementPort}`,
  managementToken: '',
  controlAuthority: '',
  collectorTargets: { blue: 'collector-blue:9000', green: 'collector-green:9000' },
  refreshMs: 5000,
  refreshJitter: 0.1,
  refreshTimeoutMs: 1000,
  staleAlarmMs: 60_000,
  deadlineMarginMs: 20,
  countedCanaryTools: 5,
  router: 'list',
  plugin: observedPluginSettings,
  toolLimit: undefined,
  experimentCopies: undefined,
  retry: { attempts: 1, pauseMs: 50, attemptTimeoutMs: Infinity },
  drainMs: undefined,
  keepsFloors: true,
  maxPushLength: 4 * 1024 * 1024,
  policies: standardGatewayPolicies,
};
