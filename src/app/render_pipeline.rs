//! How every shader of the window becomes a pipeline: a vertex stage `cover` or `corner`, a fragment stage `draw`, one
//! target, nothing else that differs but what is named here.

/// What differs between the window's pipelines.
pub(super) struct PipelineParts<'a> {
    /// Its name in the graphics debugger.
    pub label: &'a str,
    /// The shader.
    pub module: &'a wgpu::ShaderModule,
    /// The vertex stage and what it reads.
    pub vertex: (&'a str, &'a [Option<wgpu::VertexBufferLayout<'a>>]),
    /// The bind groups.
    pub layouts: &'a [Option<&'a wgpu::BindGroupLayout>],
    /// What is decided before the pipeline is built.
    pub constants: &'a [(&'a str, f64)],
    /// Format of the window's frames.
    pub format: wgpu::TextureFormat,
    /// How what is drawn is mixed with what is there.
    pub blend: wgpu::BlendState,
}

/// Builds the pipeline.
pub(super) fn build(device: &wgpu::Device, parts: &PipelineParts<'_>) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(parts.label),
        bind_group_layouts: parts.layouts,
        ..Default::default()
    });
    let options = wgpu::PipelineCompilationOptions { constants: parts.constants, ..Default::default() };
    let (entry_point, buffers) = parts.vertex;
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(parts.label),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: parts.module,
            entry_point: Some(entry_point),
            compilation_options: options.clone(),
            buffers,
        },
        primitive: Default::default(),
        depth_stencil: None,
        multisample: Default::default(),
        fragment: Some(wgpu::FragmentState {
            module: parts.module,
            entry_point: Some("draw"),
            compilation_options: options,
            targets: &[Some(wgpu::ColorTargetState {
                format: parts.format,
                blend: Some(parts.blend),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
