import { eachRunsSmall } from './small-runs.ts';

eachRunsSmall('others');
