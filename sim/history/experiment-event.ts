import type { ExperimentSide } from '../../system/ports/experiment-side.ts';

/** What the pods of an experiment do, as the world sees it; never among the events of a colour. */
export type ExperimentObservation =
  /** A copy of a request is durable, or a context is processed, in what belongs to the experiment. */
  | {
      readonly kind: 'experiment.worked';
      readonly side: ExperimentSide;
      readonly image: string;
      readonly work: 'stored' | 'processed';
      readonly contextId: string;
    }
  /** A pod of an experiment wrote to, took from or holds something that live reads. */
  | {
      readonly kind: 'experiment.touched';
      readonly side: ExperimentSide;
      readonly pod: string;
      readonly what: 'table' | 'subject' | 'stream' | 'durable' | 'bucket';
      readonly name: string;
    };
