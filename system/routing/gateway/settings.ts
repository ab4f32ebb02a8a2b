import type { Colour } from '../../ports/colour.ts';
import { gatewayControlPort, gatewayRpcPort, managementPort } from '../paths.ts';
import { accepts, colourOf, type RouteList } from './route-list.ts';

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
  policies: standardGatewayPolicies,
};
