import type { ChoiceParameter } from './parameter.ts';
import { deployments } from './target-group.ts';

export const deploymentParameter: ChoiceParameter = {
  name: 'deployment',
  type: 'choice',
  choices: deployments,
  default: 'defender-blue',
  doc: 'which deployment',
};
