import { Component, type ReactNode } from "react";
import { ErrorNote } from "../ui/error-note";

interface ErrorBoundaryProps {
  /** A change of it, such as another screen, tries again. */
  resetKey: string;
  children: ReactNode;
}

/** Keeps a broken screen from taking the whole page down. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: ErrorBoundaryProps) {
    if (this.state.error !== undefined && before.resetKey !== this.props.resetKey) this.setState({ error: undefined });
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorNote
        title="This screen broke. Your deliveries are safe on the server."
        error={this.state.error}
        onRetry={() => location.reload()}
      />
    );
  }
}
