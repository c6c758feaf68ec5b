/** Settings of its own: none besides those every service has. */
export const settings = {};
