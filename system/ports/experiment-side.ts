/** The two halves of an experiment: what is stable now, and what is to be released, under the same requests. */
export type ExperimentSide = 'baseline' | 'candidate';
