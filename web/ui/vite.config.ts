/** Builds the page into `dist`: one script, one style sheet, nothing fetched from elsewhere. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: Vite reads the default export.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Kilobytes before compression; the page is one script on purpose, about 155 KB as it is sent.
    chunkSizeWarningLimit: 600,
  },
})
