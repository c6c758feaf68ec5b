/** A failure that the simulation makes happen, told apart from those that it finds. */
export class SimulatedFault extends Error {}
