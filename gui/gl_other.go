//go:build !linux

package gui

// softwareGL says whether OpenGL surely runs on the processor. These systems come with a driver for the GPU.
func softwareGL() bool { return false }
