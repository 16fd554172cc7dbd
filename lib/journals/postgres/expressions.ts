/** The conditions of the partial indices; queries must repeat them as they stand. */
export const LIVE = "status IN ('running', 'compensating')";
export const AT_REST = "status IN ('completed', 'compensated', 'parked')";

/** The clock that decides leases and ages, in ms: the server's at this very moment. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
