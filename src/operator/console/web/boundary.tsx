import { Component, type ComponentChildren } from 'preact';
import { Failure } from './parts.tsx';

/** Says so where a page cannot be shown, so that one thing that it does not know leaves the rest of the console as it is. */
export class Boundary extends Component<{ children: ComponentChildren }, { error?: Error | undefined }> {
  static override getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const said = new Error(`This page could not be shown: ${error.message}`);
    return <Failure error={said} retry={() => this.setState({ error: undefined })} />;
  }
}
