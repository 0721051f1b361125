/** Mounts the studio. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './tokens.css'
import './base.css'
import './controls.css'
import './frame/frame.css'
import './frame/dialogs.css'
import './frame/halt.css'
import './frame/small.css'
import './chat/chat.css'
import './chat/turn.css'
import './chat/composer.css'
import './approvals/approvals.css'
import './forms/forms.css'
import './results/results.css'
import './results/charts.css'
import './results/pictures.css'
import './views/views.css'
import './views/servers.css'
import { Studio } from './studio.tsx'

const root = document.getElementById('root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Studio />
    </StrictMode>,
  )
