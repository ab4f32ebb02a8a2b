import type { ProcessingStage } from '../../ports/system-event.ts';

/** The completion itself cannot be processed: its data are incomplete or broken. Counted towards the dead letters. */
export class ProcessingFailure extends Error {
  override readonly name = 'ProcessingFailure';
  readonly stage: ProcessingStage;

  constructor(message: string, stage: ProcessingStage, options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
  }
}

/** The work was given up on purpose: the unit or the id is another's now, or the process ends. */
export class ProcessingReleased extends Error {
  override readonly name = 'ProcessingReleased';
}
