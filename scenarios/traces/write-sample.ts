import { writeFileSync } from 'node:fs';
import { generateTraces, sampleOptions, tracesToCsv } from './generate.ts';

// Run by hand to make sample-wafers.csv anew: node scenarios/traces/write-sample.ts
writeFileSync(new URL('sample-wafers.csv', import.meta.url), tracesToCsv(generateTraces(sampleOptions)));
