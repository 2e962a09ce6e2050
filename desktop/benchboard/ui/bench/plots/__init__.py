"""Plots of signals over time: plots_pane over plots_canvas over plot_painting, time_window and axis_ticks; live_plots
fills them from the live bus. The pane shows any `SignalSource`.
"""
