/**
 * Why a simulation could not go on.
 * - `ambient`: code under simulation reached for real time, chance, a socket or a file.
 * - `no-progress`: events go on without the clock moving.
 * - `unhandled-rejection`: a promise of the system failed and nobody looked.
 * - `crash`: an event threw.
 * - `limit`: a limit of the harness was hit (events, memory of a model); the verdict is unknown.
 */
export type SimulationErrorCode = 'ambient' | 'no-progress' | 'unhandled-rejection' | 'crash' | 'limit';

export class SimulationError extends Error {
  readonly code: SimulationErrorCode;

  constructor(message: string, code: SimulationErrorCode, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SimulationError';
    this.code = code;
  }
}
