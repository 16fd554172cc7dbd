/** Of this package, as package.json says it; a spec compares the two. */
export const PACKAGE_VERSION = '0.1.0';
