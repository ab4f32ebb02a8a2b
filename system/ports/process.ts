/** The process a component runs in: one container of a pod. */
export interface Process {
  /** Pod name, for example `defender-blue-6c9-x7k2p`. */
  readonly name: string;
  /** Unique for every start; never seen again (fencing compares it). */
  readonly uid: string;
  /** `NAME=value` pairs of the pod template. */
  readonly environment: Readonly<Record<string, string>>;
  /** SIGTERM. At most one handler; the process ends when it calls `exit`, or is killed at the end of the grace period. */
  onTerminate(handler: () => void): void;
  /** What the readiness probe answers; false at the start. */
  setReady(ready: boolean): void;
  /** What the liveness probe answers; true at the start. */
  setAlive(alive: boolean): void;
  /** Ends the process; nothing of it runs afterwards. */
  exit(code: number): void;
  /**
   * Time that computing takes. The real world computes and resolves at once; a simulated one lets `typicalMs` of
   * virtual time pass, drawn around the typical cost, because there computing itself takes none (delivery R168–R176).
   */
  work(stage: string, typicalMs: number): Promise<void>;
}
