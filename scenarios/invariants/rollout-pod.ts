/** Whether a change of the platform was asked for by the rollout controller; `by` is a pod's name or a person's. */
export function isRollout(by: string): boolean {
  return by.startsWith('rollout');
}
