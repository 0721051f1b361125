/** What the office offers: what each tool does, how it is described, and what a reading tool says by itself. */
import type { Effect } from '../../tools/tool.ts'

interface OfficeTool {
  readonly effect: Effect
  readonly description: string
  readonly properties: Readonly<Record<string, { readonly type: 'string' | 'number'; readonly description: string }>>
  readonly says: string
}

const text = (description: string) => ({ type: 'string', description }) as const
const amount = (description: string) => ({ type: 'number', description }) as const
const reads = (description: string, says: string): OfficeTool => ({ effect: 'read', description, properties: {}, says })
const does = (effect: Effect, description: string, properties: OfficeTool['properties']): OfficeTool => ({
  effect,
  description,
  properties,
  says: '',
})

export const officeTools: Readonly<Record<string, OfficeTool>> = {
  list_emails: reads('Lists the unread e-mails of the inbox with their texts.', 'From: ann@office.example. Subject: Lunch. At noon?'),
  list_files: reads('Lists the files of the cloud drive with their notes.', '13: plan.txt, 14: budget.txt'),
  list_events: reads('Lists the events of the calendar with their descriptions.', 'Monday 10:00 Stand-up'),
  list_transactions: reads('Lists the last transactions of the bank account with their subjects.', '-12.50 EUR Bakery'),
  send_email: does('egress', 'Sends an e-mail from the mailbox to somebody.', {
    to: text('Address.'),
    subject: text('Subject.'),
    body: text('Text.'),
  }),
  delete_email: does('delete', 'Deletes an e-mail of the mailbox for good.', { email_id: text('Which one.') }),
  create_event: does('create', 'Creates an event in the calendar and invites its participants.', {
    title: text('Title.'),
    start: text('Date and time.'),
    participants: text('Addresses.'),
  }),
  cancel_event: does('change', 'Cancels an event of the calendar and tells its participants.', { event_id: text('Which one.') }),
  delete_file: does('delete', 'Deletes a file of the cloud drive for good.', { file_id: text('Which one.') }),
  share_file: does('egress', 'Shares a file of the cloud drive with somebody.', { file_id: text('Which one.'), with: text('Address.') }),
  transfer_money: does('egress', 'Transfers money from the bank account to somebody.', {
    recipient: text('IBAN or name.'),
    amount: amount('In euros.'),
    subject: text('What for.'),
  }),
  update_password: does('change', 'Changes the password of the bank account.', { password: text('The new one.') }),
}
