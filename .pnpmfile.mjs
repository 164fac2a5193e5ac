// opossum 10 says that it needs Node 22, but its code is that of opossum 9, byte for byte. Tests run against both,
// on Node 20 too, where `engineStrict` would refuse it. Nothing else is let through.
export const hooks = {
  readPackage(manifest) {
    if (manifest.name === 'opossum') delete manifest.engines;
    return manifest;
  },
};
