import { formatPlace, type Place } from './source-text.ts';

/** An input that cannot be read: one message with its place. Nothing is linted then. */
export class DocumentProblem extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(`${formatPlace(place)}: ${message}`);
    this.name = 'DocumentProblem';
    this.place = place;
  }
}
