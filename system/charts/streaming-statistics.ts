import { medianInPlace } from './select.ts';
import { statisticIndex } from './statistics.ts';

const US_PER_S = 1e6;

/**
 * The statistics of points as they come, in one pass: for stretches of a context whose ends are known only on arrival.
 *
 * Moments are updated by B. P. Welford's recurrences (1962; with T. F. Chan's co-moment for the slope), which lose no digits
 * to a large offset. Against the two-pass form of `computeStatistics` they agree within 1e-12 of the largest magnitude
 * (mean, deviation, area by seconds), 1e-11 of it over the typical gap (slope), and exactly (count, extremes, range,
 * median, steps) for up to 10,000 points.
 *
 * Points must come in strictly rising time, as `usablePoints` leaves them: late ones, duplicates and disagreeing ones are
 * settled there. The median keeps all values: eight bytes a point.
 */
export class StreamingStatistics {
  readonly #gapUs: number;
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #originUs = 0;
  #timeMean = 0;
  #timeSquares = 0;
  #timeByValue = 0;
  #area = 0;
  #stepUp = 0;
  #stepDown = 0;
  #missing = 0;
  #values = new Float64Array(16);
  /** Of the stretch under way: its start, and its last point if it has one. */
  #startUs = 0;
  #previousUs = 0;
  #previous = 0;
  #inStretch = 0;

  /** `gapUs` is the usual distance of two points, by which missing ones are told; NaN where it is not known. */
  constructor(gapUs: number) {
    this.#gapUs = gapUs;
  }

  /** A stretch begins: its first point is no neighbour of the last one of the stretch before. */
  enter(startUs: number): void {
    this.#startUs = startUs;
    this.#inStretch = 0;
  }

  add(timeUs: number, value: number): void {
    if (this.#count === 0) this.#originUs = timeUs;
    this.#keep(value);
    const count = ++this.#count;
    const timeS = (timeUs - this.#originUs) / US_PER_S;
    const fromMean = value - this.#mean;
    const fromTimeMean = timeS - this.#timeMean;
    this.#mean += fromMean / count;
    this.#timeMean += fromTimeMean / count;
    this.#squares += fromMean * (value - this.#mean);
    this.#timeSquares += fromTimeMean * (timeS - this.#timeMean);
    this.#timeByValue += fromTimeMean * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#inStretch > 0) {
      const step = value - this.#previous;
      if (step > this.#stepUp) this.#stepUp = step;
      else if (-step > this.#stepDown) this.#stepDown = -step;
      this.#area += ((value + this.#previous) * (timeUs - this.#previousUs)) / (2 * US_PER_S);
      this.#missing += this.#hidden(timeUs - this.#previousUs);
    } else {
      this.#startUs = Math.max(0, timeUs - this.#startUs);
    }
    this.#previous = value;
    this.#previousUs = timeUs;
    this.#inStretch++;
  }

  /** The stretch ends. Its two ends hide points together, as those of a whole context do. */
  leave(endUs: number): void {
    this.#missing +=
      this.#inStretch > 0
        ? this.#hidden(this.#startUs + Math.max(0, endUs - this.#previousUs))
        : this.#hidden(endUs - this.#startUs + this.#gapUs);
  }

  /**
   * Puts what is known into `statistics`, one place for each of `statisticNames`. Flagged and conflicting points and the
   * segments belong to whole contexts: NaN here.
   */
  writeTo(statistics: Float64Array): void {
    const count = this.#count;
    statistics.fill(Number.NaN);
    statistics[statisticIndex.count] = count;
    statistics[statisticIndex.missingShare] = this.#missing / (this.#missing + count);
    if (count === 0) return;
    statistics[statisticIndex.mean] = this.#mean + 0;
    statistics[statisticIndex.min] = this.#min + 0;
    statistics[statisticIndex.max] = this.#max + 0;
    statistics[statisticIndex.range] = this.#max - this.#min;
    statistics[statisticIndex.median] = medianInPlace(this.#values.slice(0, count), count) + 0;
    if (count < 2) return;
    statistics[statisticIndex.deviation] = Math.sqrt(this.#squares / (count - 1));
    statistics[statisticIndex.slope] = this.#timeByValue / this.#timeSquares + 0;
    statistics[statisticIndex.area] = this.#area + 0;
    statistics[statisticIndex.stepUp] = this.#stepUp;
    statistics[statisticIndex.stepDown] = this.#stepDown;
  }

  #keep(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = value;
  }

  #hidden(distanceUs: number): number {
    const hidden = Math.round(distanceUs / this.#gapUs) - 1;
    return hidden > 0 ? hidden : 0;
  }
}
