/** State of one Deployment as its status reports it (possibly a moment old). */
export interface DeploymentStatus {
  readonly name: string;
  readonly image: string;
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a controller may ask of Kubernetes. Rejects with a `PortError`: `timeout`, `disconnected`, `not-found`, `invalid`. */
export interface Orchestrator {
  status(deployment: string): Promise<DeploymentStatus>;
  scale(deployment: string, replicas: number): Promise<void>;
  /** Changes the template; pods are replaced by a rolling update. */
  setImage(deployment: string, image: string): Promise<void>;
  /** Sets labels of the Deployment itself (roles), not of its pods: nothing restarts. */
  label(deployment: string, labels: Readonly<Record<string, string>>): Promise<void>;
}
