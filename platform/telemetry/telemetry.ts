/** Spans, metrics and logs. Spans are kept in the database and exported by OTLP when configured. */

export interface SpanHandle {
  set(attributes: Record<string, string | number | boolean>): void
}

export interface Telemetry {
  /** Runs `work` inside a span, child of the current one. Attributes follow OpenTelemetry's names (gen_ai.*, …). */
  span<T>(name: string, attributes: Record<string, string | number | boolean>, work: (span: SpanHandle) => Promise<T>): Promise<T>
  /** Counts a finished call by tool, caller kind and outcome, with its seconds. */
  called(call: { readonly tool: string; readonly kind: string; readonly outcome: string; readonly seconds: number }): void
  /** Prometheus text, with its content type. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>
  /** Writes what is buffered. */
  flush(): Promise<void>
  close(): Promise<void>
}
