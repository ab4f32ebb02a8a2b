import { eachRunsSmall } from './small-runs.ts';

eachRunsSmall('defender');
