// Tests that run the programs run the bundles; they are made anew when a source is younger.
export { buildBundles as setup } from '../../bin/dev/setup.mjs';
