import { plantsByArea } from '../../../scenarios/plants/index.ts';
import { eachIsCaught } from './caught.ts';

eachIsCaught(plantsByArea.defender);
