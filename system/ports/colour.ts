/** The two permanent environments. Which of them is stable and which is canary changes at every release (delivery R57–R63). */
export type Colour = 'blue' | 'green';

export const colours: readonly Colour[] = ['blue', 'green'];

export function otherColour(colour: Colour): Colour {
  return colour === 'blue' ? 'green' : 'blue';
}
