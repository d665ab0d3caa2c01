import { defineConfig } from 'vite';

/** Relative addresses throughout: the page is served under any webroot. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // Where the API's clients know static files to be.
    assetsDir: 'dist',
    assetsInlineLimit: 0,
    // In the page, where the server marks them as its own; what a script would add later the page's policy refuses.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, needed, { hostType }) => (hostType === 'html' ? needed : []),
    },
    target: 'es2022',
    // Colours in pairs, for light and dark, are the browser's own.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});
