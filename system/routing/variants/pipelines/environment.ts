import type { Colour } from '../../../ports/colour.ts';

/** What runs on one side. */
export interface EnvironmentState {
  /** Undefined: nothing is deployed. */
  readonly build: string | undefined;
  readonly replicas: number;
  readonly ready: number;
}

/**
 * What the pipelines read and change (delivery R212–R240). Every call may reject with a `PortError`; whether it took effect
 * is then open. Undefined answers mean that nobody knows, never that nothing is there.
 */
export interface PipelineEnvironment {
  /** The colour that the one route object names (delivery R213). */
  liveColour(): Promise<Colour | undefined>;
  /** One field, in force for new requests at once (delivery R214). */
  patchRoute(colour: Colour): Promise<void>;
  setBuild(colour: Colour, build: string): Promise<void>;
  scale(colour: Colour, replicas: number): Promise<void>;
  state(colour: Colour): Promise<EnvironmentState>;
  /** The integration suite against a colour without traffic (delivery R227, R242): true where all of it passed. */
  runTests(colour: Colour): Promise<boolean>;
  /** Errors in the log of the last hour (delivery R232). */
  recentErrors(colour: Colour): Promise<number | undefined>;
  /** Critical alerts of both colours (delivery R237, F85). */
  criticalAlerts(): Promise<number | undefined>;
  /** Secrets that the services need are there, and the same on both sides (delivery R248, F60). */
  secretsAgree(): Promise<boolean>;
}
