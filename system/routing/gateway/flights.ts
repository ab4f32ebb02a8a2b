import type { Clock } from '../../ports/clock.ts';
import type { Colour } from '../../ports/colour.ts';

/** A call that was sent on and is not answered yet. */
export interface Flight {
  readonly tool: string;
  readonly colour: Colour;
  /** Ends it with what the gateway itself has to say; does nothing once it is answered. */
  readonly cut: () => void;
}

/**
 * Calls under way, so that long ones do not stay on a colour that their tool has left (delivery F23): after a new list
 * they have `drainMs` to end; then they are cut and the tool repeats them, to the colour of the list. What was stored of
 * them stays stored, and storing it again changes nothing.
 */
export class Flights {
  readonly #clock: Clock;
  readonly #drainMs: number;
  readonly #flights = new Set<Flight>();

  constructor(clock: Clock, drainMs: number) {
    this.#clock = clock;
    this.#drainMs = drainMs;
  }

  add(flight: Flight): void {
    this.#flights.add(flight);
  }

  remove(flight: Flight): void {
    this.#flights.delete(flight);
  }

  /** A new list is in force. */
  drain(colourOf: (tool: string) => Colour): void {
    const leaving = [...this.#flights].filter(({ tool, colour }) => colourOf(tool) !== colour);
    if (leaving.length === 0) return;
    this.#clock.after(this.#drainMs, () => {
      for (const flight of leaving) if (this.#flights.delete(flight)) flight.cut();
    });
  }
}
