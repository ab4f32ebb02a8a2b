import { eachRunsSmall } from './small-runs.ts';

eachRunsSmall('rollout');
