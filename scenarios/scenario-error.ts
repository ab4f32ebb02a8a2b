/** Input that cannot be run: an unknown name, a value out of range, an impossible world. Nothing has run. */
export class ScenarioError extends Error {
  readonly code = 'bad-input';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ScenarioError';
  }
}
