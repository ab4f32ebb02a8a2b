/** Five minutes are one: the ladder of delivery R271–R274 in small. */
export const timeScale = 0.2;

/** What a decision of the controller depends on. */
export const decisive = ['threshold-controller', 'canary-control', 'prometheus-outage', 'store'] as const;
